/** The requests that the server keeps, as users meet them. */
import { Disposable } from 'vscode';
import type { Controller } from '../server/controller';
import { EditedRequests } from './editedRequests';
import { registerRequestCommands } from './requestCommands';
import { showRequestsAsDocuments } from './requestDocuments';
import { RequestsView } from './requestsView';

export function showRequests(controller: Controller): Disposable {
  const view = new RequestsView(controller);
  const edited = new EditedRequests();
  return Disposable.from(
    view,
    edited,
    showRequestsAsDocuments(controller),
    registerRequestCommands({ controller, view, edited }),
  );
}
