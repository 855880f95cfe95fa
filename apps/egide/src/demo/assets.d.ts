declare module "#demo/style.css" {
  const text: string;
  export default text;
}
declare module "#demo/demo.client.js" {
  const text: string;
  export default text;
}
