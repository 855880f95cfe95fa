declare module "#account/passkey.client.js" {
  const text: string;
  export default text;
}
