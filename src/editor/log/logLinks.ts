/** Links in the Output panel: what was asked for opens in the browser, what was stored in an editor. */
import { Uri } from 'vscode';
import type { Disposable } from 'vscode';
import type { Controller } from '../server/controller';
import { siteIn } from '../server/state';
import { cutOffRemark } from './logLine';
import { linkOutput, type LineLink } from './outputLinks';

/** A line of `logLine`: the method, then in front of the target what its place is told from. */
const exchange = /^(.*\] +\d{3} ([A-Z]+) +[\d.]+ m?s +[\d.]+ \w+ )(\/\S*)(?: ← \S+)?(?: → (.+))?/;

/** A line of `furtherLines`. */
const further = /\] +→ (.+)$/;

export function linkLog(controller: Controller, channel: string): Disposable {
  return linkOutput(({ uri }) => {
    if (!uri.path.includes(channel)) return undefined;
    const site = siteIn(controller.state)?.external;
    const remark = cutOffRemark();
    return (line) => linksOf(line, { site, remark });
  });
}

/** @param site undefined while nothing is served: what was stored is there all the same */
function linksOf(line: string, { site, remark }: { site: Uri | undefined; remark: string }): LineLink[] {
  const [, before = '', method, target = '', first] = exchange.exec(line) ?? [];
  const found: LineLink[] = [];
  if (site !== undefined && method === 'GET' && isWhole(target)) {
    found.push({ start: before.length, length: target.length, target: pageOf(site, target) });
  }
  const stored = first ?? further.exec(line)?.[1];
  if (stored !== undefined) {
    const file = stored.endsWith(remark) ? stored.slice(0, -remark.length) : stored;
    found.push({ start: line.length - stored.length, length: file.length, target: Uri.file(file) });
  }
  return found;
}

/** Whether the line has all of a target: what is escaped or shortened is not what was asked for. */
const isWhole = (target: string): boolean => !/[\\…]/.test(target);

const pageOf = (site: Uri, target: string): Uri => Uri.parse(site.toString().replace(/\/$/, '') + target, true);
