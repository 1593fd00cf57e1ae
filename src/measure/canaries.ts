/**
 * Four fixed kernels that are measured against an identical copy: what differs then is the machine.
 * They are declared as benches are, with one arm.
 */

/** (n: i32) -> i32: n steps of a linear congruential generator. */
const WASM_STEPS = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x06, 0x01, 0x60, 0x01, 0x7f, 0x01, 0x7f], // type: i32 -> i32
  ...[0x03, 0x02, 0x01, 0x00, 0x07, 0x05, 0x01, 0x01, 0x66, 0x00, 0x00], // function 0, exported as f
  ...[0x0a, 0x21, 0x01, 0x1f, 0x01, 0x01, 0x7f, 0x03, 0x40], // one local; loop
  ...[0x20, 0x01, 0x41, 0x8d, 0xcc, 0xe5, 0x00, 0x6c, 0x20, 0x00, 0x6a, 0x21, 0x01], // x = x * a + n
  ...[0x20, 0x00, 0x41, 0x01, 0x6b, 0x22, 0x00, 0x0d, 0x00, 0x0b, 0x20, 0x01, 0x0b], // n -= 1, until 0
);

const STEPS = 4096;

function canary(id: string, create: () => () => number) {
  return {
    id: `canary/${id}`,
    sizes: [STEPS],
    headlineSize: STEPS,
    prepare: () => {
      const run = create();
      return Promise.resolve({ arms: [{ name: "same", run, digest: () => String(run()) }] });
    },
  };
}

export const canaries = [
  canary("js-integer", () => () => {
    let x = 0;
    for (let i = STEPS; i > 0; i--) x = (Math.imul(x, 1664525) + i) | 0;
    return x;
  }),
  canary("js-allocation", () => () => {
    let sum = 0;
    for (let i = 0; i < STEPS / 8; i++) sum = (sum + [i, i, i, i].map((v) => v + 1).length) | 0;
    return sum;
  }),
  canary("wasm-integer", () => {
    const { f } = new WebAssembly.Instance(new WebAssembly.Module(WASM_STEPS)).exports as {
      f: (steps: number) => number;
    };
    return () => f(STEPS);
  }),
  canary("memory-stream", () => {
    const words = new Uint32Array(2 ** 20).fill(1);
    return () => {
      let sum = 0;
      for (let i = 0; i < words.length; i++) sum = (sum + words[i]!) | 0;
      return sum;
    };
  }),
];
