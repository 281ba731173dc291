/** The uploads that take a while: an item in the status bar, which a click on can cancel them. */
import * as path from 'node:path';
import { CancellationTokenSource, l10n, StatusBarAlignment, ThemeIcon, window } from 'vscode';
import type { Disposable, QuickPickItem, StatusBarItem } from 'vscode';
import type { UploadProgress } from '../../messages';
import { setContext } from '../common/context';
import type { Controller } from '../server/controller';
import type { StateKind } from '../server/state';
import { figuresOf, nameOf, summaryOf } from './uploadText';
import { forLabel } from '../common/words';

interface Choice extends QuickPickItem {
  readonly uploads: readonly UploadProgress[];
}

/** The states in which a thread may still tell of uploads. */
const serving: readonly StateKind[] = ['running', 'stopping'];

export class UploadsView implements Disposable {
  readonly #controller: Controller;
  readonly #subscriptions: readonly Disposable[];
  #uploads: readonly UploadProgress[] = [];
  /** There is none while nothing is uploaded. */
  #item: StatusBarItem | undefined;
  #choosing: CancellationTokenSource | undefined;

  constructor(controller: Controller) {
    this.#controller = controller;
    this.#subscriptions = [
      controller.onDidTellUploads((uploads) => this.#show(uploads)),
      // A thread that died has told nothing of it.
      controller.onDidChangeState(({ kind }) => {
        if (!serving.includes(kind)) this.#show([]);
      }),
    ];
  }

  /** Those that have been under way for a while. */
  get current(): readonly UploadProgress[] {
    return this.#uploads;
  }

  /** What the status bar says of them; undefined when it says nothing. */
  get text(): string | undefined {
    return this.#item?.text;
  }

  dispose(): void {
    this.#show([]);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  /** Has the user choose what to cancel. */
  async cancel(): Promise<void> {
    if (this.#uploads.length === 0) return;
    this.#choosing?.cancel();
    const choosing = new CancellationTokenSource();
    this.#choosing = choosing;
    const options = {
      title: l10n.t('Cancel Upload'),
      placeHolder: l10n.t('What was there before stays as it is.'),
      matchOnDetail: true,
    };
    const choice = await window.showQuickPick(choicesOf(this.#uploads), options, choosing.token);
    choosing.dispose();
    if (this.#choosing === choosing) this.#choosing = undefined;
    for (const { upload } of choice?.uploads ?? []) this.#controller.cancelUpload(upload);
  }

  #show(uploads: readonly UploadProgress[]): void {
    const before = this.#uploads.length;
    this.#uploads = uploads;
    if (uploads.length > 0) this.#draw();
    else if (before > 0) this.#clear();
    if (before > 0 !== uploads.length > 0) {
      setContext('httpServer.uploading', uploads.length > 0);
    }
  }

  #draw(): void {
    this.#item ??= newItem();
    const summary = summaryOf(this.#uploads);
    this.#item.text = `$(sync~spin) ${forLabel(summary)}`;
    this.#item.tooltip = l10n.t('Uploading to the HTTP server. Click to cancel.');
    this.#item.accessibilityInformation = { label: l10n.t('Uploading {0}', summary), role: 'button' };
  }

  #clear(): void {
    this.#item?.dispose();
    this.#item = undefined;
    // Numbers mean nothing to the next thread.
    this.#choosing?.cancel();
    this.#choosing = undefined;
  }
}

function newItem(): StatusBarItem {
  const item = window.createStatusBarItem('httpServer.uploads', StatusBarAlignment.Left, -1);
  item.name = l10n.t('HTTP Server Uploads');
  item.command = 'httpServer.cancelUpload';
  item.show();
  return item;
}

function choicesOf(uploads: readonly UploadProgress[]): Choice[] {
  const one = uploads.map((upload): Choice => {
    const label = forLabel(nameOf(upload));
    const place = path.posix.dirname(upload.path);
    const detail = place === '.' ? {} : { detail: forLabel(place) };
    return { label, iconPath: new ThemeIcon('close'), description: figuresOf(upload), ...detail, uploads: [upload] };
  });
  return uploads.length === 1
    ? one
    : [...one, { label: l10n.t('All Uploads'), iconPath: new ThemeIcon('close-all'), uploads }];
}
