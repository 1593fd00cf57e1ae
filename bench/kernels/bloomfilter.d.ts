/** What the bench uses of bloomfilter 1.1.0, which brings no types. */
declare module "bloomfilter" {
  export class BloomFilter {
    constructor(bits: number, probes: number);
    add(key: string): void;
    test(key: string): boolean;
  }
}
