/**
 * What the panel of a share shows: a page without scripts, without anything from elsewhere. A bundle of its own, which a window
 * loads when a share is shown.
 */
import { randomBytes } from 'node:crypto';
import { env, l10n } from 'vscode';
import { clockTime } from '../common/clockTime';
import type { CommandId } from '../manifest/ids';
import { qrCode } from './qrCode';
import type { Share } from './share';

export function sharePage(share: Share): string {
  const nonce = randomBytes(16).toString('base64url');
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="${text(env.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(l10n.t('Share on Local Network'))}</title>
<style nonce="${nonce}">${style}</style>
</head>
<body>
<main>
<div class="code" role="img" aria-label="${text(l10n.t('QR code of the link'))}">${qrCode(share.link)}</div>
<div class="facts">
<h1>${text(l10n.t('Shared on the local network'))}</h1>
<p>${text(l10n.t('Point the camera of a phone at the code, or open this link on another device:'))}</p>
<p class="link"><code>${text(share.link)}</code></p>
${buttons(share)}
${facts(share)}
${notes(share)
  .map((note) => `<p class="note">${text(note)}</p>`)
  .join('\n')}
</div>
</main>
</body>
</html>`;
}

function buttons({ terms }: Share): string {
  const button = (command: CommandId, title: string, kind: string): string =>
    `<a class="button ${kind}" role="button" href="command:${command}">${text(title)}</a>`;
  return `<p class="buttons">
${button('httpServer.copySharedUrl', l10n.t('Copy Link'), 'primary')}
${button('httpServer.stopSharing', l10n.t('Stop Sharing'), 'secondary')}
${button('httpServer.extendShare', l10n.t('Share for Another Hour'), 'secondary')}
${terms.console === true ? '' : button('httpServer.shareConsole', l10n.t('Show Visitors’ Consoles'), 'secondary')}
</p>`;
}

function allowed(access: Share['access']): string {
  if (access === 'dropBox') return l10n.t('store new files, and see none');
  return access === 'readOnly' ? l10n.t('read') : l10n.t('read, store and replace files');
}

function facts({ until, directory, access, fingerprint, terms }: Share): string {
  const rows: (readonly [name: string, value: string])[] = [
    [l10n.t('Ends'), l10n.t('at {0}, or when the server stops', clockTime(until))],
    [l10n.t('Folder'), directory],
    [l10n.t('Visitors may'), allowed(access)],
  ];
  if (terms.proxies === true)
    rows.push([l10n.t('Rules'), l10n.t('hand requests of visitors on to other servers, too')]);
  if (fingerprint !== undefined) rows.push([l10n.t('SHA-256 fingerprint'), fingerprint]);
  // A fingerprint breaks between its octets.
  const broken = (value: string): string => text(value).replace(/(?<=\b[0-9A-F]{2}:)/g, '<wbr>');
  const items = rows.map(([name, value]) => `<dt>${text(name)}</dt><dd>${broken(value)}</dd>`);
  return `<dl>${items.join('\n')}</dl>`;
}

function notes({ port, terms, access, revealed }: Share): string[] {
  return [
    ...(revealed.length > 0 && access !== 'dropBox' ? [revealing(revealed)] : []),
    ...(access === 'readWrite' ? [writing()] : []),
    terms.secure
      ? l10n.t(
          'The browser will warn, because nobody vouches for the certificate: go on only if the SHA-256 fingerprint that it shows is the one above.',
        )
      : l10n.t('HTTP is not encrypted: share nothing that others in the network must not see.'),
    l10n.t('The other device must be in the same network, and a firewall of this machine must let in port {0}.', port),
  ];
}

const revealing = (globs: readonly string[]): string =>
  l10n.t('By the setting httpServer.exclude, visitors may see what is kept back by default: {0}', globs.join(', '));

const writing = (): string =>
  l10n.t(
    'Who may write may have code run here: they can replace any file that is shown, a script or a setting among them.',
  );

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const text = (plain: string): string => plain.replace(/[&<>"]/g, (character) => entities[character] ?? '');

const style = `
body { padding: 24px 32px; font-size: var(--vscode-font-size); line-height: 1.5; }
main { display: flex; flex-wrap: wrap; gap: 32px; align-items: flex-start; max-width: 960px; }
.code { flex: 0 1 280px; min-width: 200px; background: #fff; border-radius: 6px; overflow: hidden; border: 1px solid var(--vscode-contrastBorder, transparent); }
.code svg { display: block; width: 100%; height: auto; }
.facts { flex: 1 1 320px; min-width: 0; }
h1 { margin: 0 0 8px; font-size: 1.6em; font-weight: 600; line-height: 1.2; }
p { margin: 0 0 12px; }
.link code { display: block; padding: 8px 12px; background: var(--vscode-textCodeBlock-background); color: var(--vscode-editor-foreground); border: 1px solid var(--vscode-contrastBorder, transparent); border-radius: 4px; font-family: var(--vscode-editor-font-family, monospace); overflow-wrap: anywhere; user-select: all; }
.buttons { display: flex; flex-wrap: wrap; gap: 8px; margin-bottom: 20px; }
.button { padding: 5px 14px; border: 1px solid var(--vscode-button-border, transparent); border-radius: 3px; text-decoration: none; }
.button:focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: 2px; }
.primary { color: var(--vscode-button-foreground); background: var(--vscode-button-background); }
.primary:hover { color: var(--vscode-button-foreground); background: var(--vscode-button-hoverBackground); }
.secondary { color: var(--vscode-button-secondaryForeground); background: var(--vscode-button-secondaryBackground); }
.secondary:hover { color: var(--vscode-button-secondaryForeground); background: var(--vscode-button-secondaryHoverBackground); }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 16px; margin: 0 0 16px; }
dt { color: var(--vscode-descriptionForeground); }
dd { margin: 0; overflow-wrap: anywhere; }
.note { color: var(--vscode-descriptionForeground); max-width: 65ch; }
`;
