declare module "@egide/challenge/client/generated/page.js" {
  const text: string;
  export default text;
}
