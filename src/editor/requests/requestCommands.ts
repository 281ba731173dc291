/** The commands about requests as one table. */
import { commands, Disposable, l10n, Uri, window, workspace } from 'vscode';
import type { CommandId } from '../manifest/ids';
import type { Controller } from '../server/controller';
import { attempt, ProblemError } from '../server/problem';
import type { EditedRequests } from './editedRequests';
import type { RequestsView } from './requestsView';
import * as actions from './requestActions';
import { editScheme, requestOf } from './requestUris';
import { termsFrom, waitVisibly } from './waitForRequest';

interface Parts {
  readonly controller: Controller;
  readonly view: RequestsView;
  readonly edited: EditedRequests;
}

export type RequestCommandId = Extract<CommandId, `${string}Request${string}`>;

type Command = (...args: readonly unknown[]) => unknown;

function table(parts: Parts): Readonly<Record<RequestCommandId, Command>> {
  const { controller, view, edited } = parts;
  const one =
    (action: (request: number) => unknown): Command =>
    (target) =>
      action(requestMeant(view, target));
  return {
    'httpServer.showRequests': () => commands.executeCommand('httpServer.requests.focus'),
    'httpServer.filterRequests': () => askForFilter(view),
    'httpServer.unfilterRequests': () => (view.filter = ''),
    'httpServer.pauseRequests': () => (view.paused = true),
    'httpServer.resumeRequests': () => (view.paused = false),
    'httpServer.clearRequests': () => view.clear(),
    'httpServer.exportRequests': (target, all) => actions.exportRequests(controller, requestsMeant(view, target, all)),
    'httpServer.waitForRequest': (terms) => waitVisibly(controller, termsFrom(terms, terms)),
    'httpServer.openRequest': one((request) => actions.openRequest(request)),
    'httpServer.compareRequest': one((request) => actions.compareRequest(controller, request)),
    'httpServer.copyRequestAsCurl': one((request) => actions.copyRequestAs(controller, request, 'curl')),
    'httpServer.copyRequestAsFetch': one((request) => actions.copyRequestAs(controller, request, 'fetch')),
    'httpServer.copyRequestContent': one((request) => actions.copyContent(controller, request)),
    'httpServer.saveRequestContent': one((request) => actions.saveContent(controller, request)),
    'httpServer.replayRequest': one((request) => actions.replayRequest(controller, request)),
    'httpServer.editRequest': one((request) => actions.editRequest(controller, edited, request)),
    'httpServer.sendRequest': (target) => sendEdited(controller, target),
  };
}

export function registerRequestCommands(parts: Parts): Disposable {
  const registered = Object.entries(table(parts)).map(([id, command]) =>
    commands.registerCommand(id, (...args: unknown[]) => attempt(() => command(...args))),
  );
  return Disposable.from(...registered);
}

/** The number of a row, of a document, or as it is. */
function numberOf(target: unknown): number | undefined {
  if (typeof target === 'number') return target;
  if (typeof target === 'string' && /^\d+$/.test(target)) return Number(target);
  if (target instanceof Uri) return requestOf(target);
  const { number } = (typeof target === 'object' ? (target ?? {}) : {}) as { readonly number?: unknown };
  return typeof number === 'number' ? number : undefined;
}

const activeUri = (): Uri | undefined => window.activeTextEditor?.document.uri;

/** What was clicked, else the one that is shown, else the first that is selected. */
function requestMeant(view: RequestsView, target: unknown): number {
  const found = numberOf(target) ?? numberOf(activeUri()) ?? view.selected[0]?.number;
  if (found !== undefined) return found;
  throw new ProblemError({ message: l10n.t('No request is selected.'), actions: [] });
}

/** All of the selection if what was clicked is in it; all there are if nothing was. @param all as the editor tells it */
function requestsMeant(view: RequestsView, target: unknown, all: unknown): readonly number[] | 'all' {
  const clicked = numberOf(target);
  if (clicked === undefined) return 'all';
  const together = Array.isArray(all) ? all.map(numberOf).filter((each) => each !== undefined) : [];
  const selected = together.length > 0 ? together : view.selected.map(({ number }) => number);
  return selected.includes(clicked) ? selected : [clicked];
}

async function askForFilter(view: RequestsView): Promise<void> {
  const text = await window.showInputBox({
    title: l10n.t('Filter Requests'),
    prompt: l10n.t('A method, a status or a class of them, and text: POST 4xx hooks'),
    value: view.filter,
  });
  if (text !== undefined) view.filter = text;
}

async function sendEdited(controller: Controller, target: unknown): Promise<void> {
  const uri = target instanceof Uri ? target : activeUri();
  const request = uri?.scheme === editScheme ? requestOf(uri) : undefined;
  if (uri === undefined || request === undefined) {
    throw new ProblemError({ message: l10n.t('No request is being edited.'), actions: [] });
  }
  await actions.replayRequest(controller, request, (await workspace.openTextDocument(uri)).getText());
}
