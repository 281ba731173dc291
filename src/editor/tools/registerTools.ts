/** The tools for agents, by the names that the manifest has. */
import { Disposable, lm } from 'vscode';
import type { Controller } from '../server/controller';
import { Consent, ListTool, OneTool, WaitTool } from './requestTools';
import { StartTool, StopTool } from './serverTools';

export function registerTools(controller: Controller): Disposable {
  const consent = new Consent();
  return Disposable.from(
    lm.registerTool('httpServer_start', new StartTool(controller)),
    lm.registerTool('httpServer_requests', new ListTool(controller, consent)),
    lm.registerTool('httpServer_request', new OneTool(controller, consent)),
    lm.registerTool('httpServer_waitForRequest', new WaitTool(controller, consent)),
    lm.registerTool('httpServer_stop', new StopTool(controller)),
  );
}
