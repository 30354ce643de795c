// Anaplan's actions: an import or export is started as a task, and the task is asked until it is complete.
// Rule: any workspace, model and action is accepted; a task is complete when it is asked the second time.
import { sendJson } from "./answers.ts";
import type { Exchange } from "./exchange.ts";

const TASK_PATH =
  /^\/2\/0\/workspaces\/[^/]+\/models\/[^/]+\/(?:imports|exports)\/(\d+)\/tasks(?:\/(\w+))?$/;

/** Answers a request for a task, and says whether it was one. */
export type ActionsRoute = (exchange: Exchange) => boolean;

/** Makes the actions of one sandbox. */
export function createActions(): ActionsRoute {
  const asked = new Map<string, number>();
  return (exchange) => {
    const [whole, action, id] = TASK_PATH.exec(exchange.url.pathname) ?? [];
    if (whole === undefined) return false;
    if (exchange.method === "POST" && id === undefined) {
      const taskId = `7A5C${String(asked.size + 1).padStart(28, "0")}`;
      asked.set(taskId, 0);
      sendTask(exchange, { taskId });
      return true;
    }
    const times = asked.get(id ?? "");
    if (exchange.method !== "GET" || id === undefined || times === undefined) return false;
    asked.set(id, times + 1);
    sendTask(
      exchange,
      times === 0 ? { taskId: id, taskState: "IN_PROGRESS", progress: 0.5 } : {
        taskId: id,
        taskState: "COMPLETE",
        progress: 1,
        result: { failureDumpAvailable: false, objectId: action, successful: true },
      },
    );
    return true;
  };
}

function sendTask(exchange: Exchange, task: Record<string, unknown>): void {
  const meta = { schema: `${exchange.url.origin}/2/0/objects/task` };
  sendJson(exchange, 200, { meta, status: { code: 200, message: "Success" }, task });
}
