declare module "@egide/challenge/client/generated/page.js" {
  const text: string;
  export default text;
}
declare module "@egide/challenge/client/generated/api.js" {
  const text: string;
  export default text;
}
