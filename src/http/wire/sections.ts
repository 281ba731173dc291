/** Field sections that were read lately: browsers and scripts repeat theirs, on all their connections. */
import type { FieldSection } from './head';

/** In octets: a longer one is read each time. */
const longest = 2048;
/** After so many others, one that was not asked for meanwhile is let go. */
const most = 32;

export class Sections {
  private recent = new Map<string, FieldSection>();
  private former = new Map<string, FieldSection>();

  /** The section with that very text; undefined if it is not known. */
  find(text: string): FieldSection | undefined {
    const known = this.recent.get(text);
    if (known !== undefined) return known;
    const former = this.former.get(text);
    if (former !== undefined) this.keep(former);
    return former;
  }

  keep(section: FieldSection): void {
    if (section.text.length > longest) return;
    if (this.recent.size === most) {
      this.former = this.recent;
      this.recent = new Map();
    }
    this.recent.set(section.text, section);
  }
}
