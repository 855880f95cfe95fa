declare module "unix-crypt-td-js" {
  /** crypt(3) by DES: the salt's two characters and eleven of the hash. */
  export default function unixCryptTD(key: string | readonly number[], salt: string): string;
}
