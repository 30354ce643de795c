// Anaplan's lists, which come in pages.
// Rule: each list pages in its own way, as the real ones do.
import { sendJson } from "./answers.ts";
import type { Exchange } from "./exchange.ts";
import { USER } from "./identities.ts";

const PAGE = 20;

/** One page of a list, and its position in it. */
interface Page {
  readonly shown: readonly unknown[];
  readonly offset: number;
  readonly limit: number;
  readonly total: number;
}

const WORKSPACES = Array.from({ length: 45 }, (_, index) => ({
  id: idOf("8A81B09E54F9A5A80155015ABCDE1", index),
  name: `Workspace ${index + 1}`,
  active: true,
  sizeAllowance: 1_073_741_824,
  currentSize: 1_048_576 * (index + 1),
}));

const MODELS = Array.from({ length: 45 }, (_, index) => ({
  id: idOf("5A1DB0C500000000000000000BCDE", index),
  activeState: "UNLOCKED",
  name: `Model ${index + 1}`,
  currentWorkspaceId: WORKSPACES[0]?.id,
  currentWorkspaceName: WORKSPACES[0]?.name,
}));

const EVENTS = Array.from({ length: 3 }, (_, index) => ({
  id: String(index + 1),
  eventTypeId: "USR-8",
  userId: USER.id,
  success: true,
}));

/** `GET /2/0/workspaces`: every page says where the next and the previous one are. */
export function workspaces(exchange: Exchange): void {
  const { origin, pathname } = exchange.url;
  const page = pageOf(WORKSPACES, exchange);
  const { offset, limit, total } = page;
  const link = (at: number): string => `${origin}${pathname}?limit=${limit}&offset=${at}`;
  sendList(exchange, "workspace", {
    ...paging(page),
    ...(offset + limit < total ? { next: link(offset + limit) } : {}),
    ...(offset > 0 ? { previous: link(Math.max(0, offset - limit)) } : {}),
  }, { workspaces: page.shown });
}

/** `GET /2/0/models`: no links, and a page beyond the last one has no array at all. */
export function models(exchange: Exchange): void {
  const page = pageOf(MODELS, exchange);
  const list = page.shown.length === 0 ? {} : { models: page.shown };
  sendList(exchange, "model", paging(page), list);
}

/** `GET /audit/api/1/events`: as the models, in an array of another name. */
export function auditEvents(exchange: Exchange): void {
  const page = pageOf(EVENTS, exchange);
  sendList(exchange, "event", paging(page), { response: page.shown });
}

/** `GET …/files`: all on one page. */
export function files(exchange: Exchange, all: readonly unknown[]): void {
  const page = { shown: all, offset: 0, limit: all.length, total: all.length };
  sendList(exchange, "file", paging(page), { files: all });
}

function pageOf(all: readonly unknown[], { parameters }: Exchange): Page {
  const limit = Math.max(1, Number(parameters.limit ?? PAGE) || PAGE);
  const offset = Math.max(0, Number(parameters.offset ?? 0) || 0);
  return { shown: all.slice(offset, offset + limit), offset, limit, total: all.length };
}

function paging({ shown, total, offset }: Page): Record<string, unknown> {
  return { currentPageSize: shown.length, totalSize: total, offset };
}

function sendList(
  exchange: Exchange,
  kind: string,
  paging: Record<string, unknown>,
  list: Record<string, unknown>,
): void {
  sendJson(exchange, 200, {
    meta: { schema: `${exchange.url.origin}/2/0/objects/${kind}`, paging },
    status: { code: 200, message: "Success" },
    ...list,
  });
}

function idOf(prefix: string, index: number): string {
  return prefix + String(index + 1).padStart(3, "0");
}
