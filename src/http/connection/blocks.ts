/** Memory for content on its way, borrowed and given back: big downloads would leave more of it to the collector than they use. */

/** Of one block, in octets; both are powers of two. */
export const smallestBlock = 64 * 1024;
export const largestBlock = 512 * 1024;
/** What is kept for later, in octets. */
const mostSpare = 8 * 1024 * 1024;

/** By size. */
const spare = new Map<number, Buffer[]>();
let kept = 0;

/** @param size in octets, at most {@link largestBlock}; the block may be larger */
export function borrow(size: number): Buffer {
  let length = smallestBlock;
  while (length < size) length *= 2;
  const block = spare.get(length)?.pop();
  if (block === undefined) return Buffer.allocUnsafeSlow(length);
  kept -= length;
  return block;
}

/** @param block as it was borrowed; nobody, the kernel included, may use it any more */
export function giveBack(block: Buffer): void {
  const { length } = block;
  if (kept + length > mostSpare) return;
  kept += length;
  const blocks = spare.get(length);
  if (blocks === undefined) spare.set(length, [block]);
  else blocks.push(block);
}
