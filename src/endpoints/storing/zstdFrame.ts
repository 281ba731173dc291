/**
 * Where a zstd frame ends (RFC 8878 §3.1). The decoder of Node.js ends with the first one, and in some versions says nothing of
 * one that is cut short, so that half of a file would be stored as all of it.
 */

/** Octets behind the descriptor for a dictionary's number, and for the length of the content, by their flags. */
const dictionaryOctets = [0, 1, 2, 4];
const lengthOctets = [0, 2, 4, 8];

type Part = 'magic' | 'skip' | 'descriptor' | 'header' | 'blockHeader' | 'block' | 'lastBlock' | 'tail' | 'end';

export class ZstdFrame {
  private part: Part = 'magic';
  /** Octets of the part that are still to come. */
  private left = 4;
  /** The first four octets of the part so far, as a number; the first is the lowest. */
  private value = 0;
  private shift = 0;
  private hasChecksum = false;

  /** Whether all of the frame has been seen. */
  get isWhole(): boolean {
    return this.part === 'end';
  }

  /** @returns how many of the next octets are the frame's */
  see(octets: Uint8Array): number {
    let at = 0;
    while (at < octets.length && this.part !== 'end') {
      if (this.shift < 32) {
        this.value += (octets[at] ?? 0) << this.shift;
        this.shift += 8;
        this.left--;
        at++;
      } else {
        const taken = Math.min(this.left, octets.length - at);
        this.left -= taken;
        at += taken;
      }
      // A part may be of no octets.
      while (this.left === 0 && !this.isWhole) this.next();
    }
    return at;
  }

  /** The part is over: what comes now. */
  private next(): void {
    const { value } = this;
    switch (this.part) {
      case 'magic':
        // §3.1.2: one of sixteen numbers says that what follows is to be skipped, and its length comes first.
        if (value >>> 4 === 0x184d2a5) this.begin('skip', 4);
        else this.begin('descriptor', 1);
        break;
      case 'skip':
        this.begin('tail', value >>> 0);
        break;
      case 'descriptor':
        this.hasChecksum = (value & 4) !== 0;
        this.begin('header', headerOctets(value));
        break;
      case 'header':
      case 'block':
        this.begin('blockHeader', 3);
        break;
      case 'blockHeader':
        // Type 1 is one octet that is repeated (§3.1.1.2.2).
        this.begin((value & 1) === 1 ? 'lastBlock' : 'block', ((value >> 1) & 3) === 1 ? 1 : value >> 3);
        break;
      case 'lastBlock':
        this.begin('tail', this.hasChecksum ? 4 : 0);
        break;
      default:
        this.part = 'end';
    }
  }

  private begin(part: Part, octets: number): void {
    this.part = part;
    this.left = octets;
    this.value = 0;
    this.shift = 0;
  }
}

/** §3.1.1.1: of the frame's header, behind its descriptor. */
function headerOctets(descriptor: number): number {
  const isSingle = (descriptor & 0x20) !== 0;
  const length = lengthOctets[descriptor >> 6] ?? 0;
  const window = isSingle ? 0 : 1;
  return window + (dictionaryOctets[descriptor & 3] ?? 0) + (isSingle && length === 0 ? 1 : length);
}
