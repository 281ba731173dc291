/** Field sections that were read lately: browsers and scripts repeat theirs, on all their connections. */
import type { FieldSection } from './head';

/** In octets: a longer one is read each time. */
const longest = 2048;
/** After so many others, one that was not asked for meanwhile is let go. */
const most = 32;

export class Sections {
  /** Compared one by one: to hash a text takes as long as to compare it with fifty that differ. */
  private recent: FieldSection[] = [];
  private former: readonly FieldSection[] = [];

  /** The section with that very text; undefined if it is not known. */
  find(text: string): FieldSection | undefined {
    for (const section of this.recent) if (section.text === text) return section;
    const former = this.former.find((section) => section.text === text);
    if (former !== undefined) this.keep(former);
    return former;
  }

  keep(section: FieldSection): void {
    if (section.text.length > longest) return;
    if (this.recent.length === most) {
      this.former = this.recent;
      this.recent = [];
    }
    this.recent.push(section);
  }
}
