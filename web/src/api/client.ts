import type { ErrorBody, Finding } from '.';
import { BASE, type Call, type Given, type Method, type PathOf } from './routes';
import { tellWindows } from './windows';

/** An answer that is not a success, in the one error shape of the server. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly facts: ErrorBody['facts'];
  readonly findings: Finding[];
  readonly requestId: string;

  constructor(status: number, body: AnyErrorBody, requestId: string) {
    super(body.message ?? body.errors?.[0]?.message ?? '');
    this.status = status;
    // allauth answers {errors: [...]} where the rest of the API answers {code, message, findings}.
    this.findings = body.findings ?? body.errors ?? [];
    this.code = body.code ?? this.findings[0]?.code ?? 'error';
    this.facts = body.facts ?? {};
    this.requestId = requestId;
  }

  /** Whether the session has ended; a change is refused before that is known where the browser's token is gone as well. */
  get signedOut(): boolean {
    return this.status === 401 || (this.status === 403 && this.code === 'sign_in_changed');
  }

  /** Whether somebody else has signed in on this browser since the page was loaded; nothing was read or written. */
  get otherPerson(): boolean {
    return this.code === 'session.other_person';
  }

  /** Whether the server did not answer at all, or what stands before it did: worth asking again. */
  get unreachable(): boolean {
    return this.status === 0 || DOWN.has(this.status);
  }
}

/** The server's error; of what stands before it (a proxy, the sign-in library) perhaps nothing, perhaps `errors`. */
type AnyErrorBody = Partial<ErrorBody> & { errors?: Finding[] };

type Options = { body?: unknown; signal?: AbortSignal; form?: FormFields; quiet?: boolean };
type FormFields = Record<string, string | Blob | boolean | null | undefined>;

const listeners = new Set<() => void>();
let language = 'zh';

/** Call `listener` whenever the server says that the session has ended. */
export function onSignInRequired(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const otherListeners = new Set<() => void>();

/** Call `listener` whenever the server says that somebody else is signed in than whom this page stands for. */
export function onOtherPerson(listener: () => void): () => void {
  otherListeners.add(listener);
  return () => otherListeners.delete(listener);
}

let person = '';

/** Whom this page stands for until it is loaded again: each request says so, for all windows of a browser have one session. */
export function standFor(employeeNo: string): void {
  person = employeeNo;
}

const reachListeners = new Set<(reachable: boolean) => void>();
const DOWN = new Set([502, 503, 504]);
let reached = true;

/** Whether the server could be reached when it was asked last. */
export const isReachable = () => reached;

/** Call `listener` after every request with whether the server could be reached. */
export function onReach(listener: (reachable: boolean) => void): () => void {
  reachListeners.add(listener);
  return () => reachListeners.delete(listener);
}

function tellReach(reachable: boolean): void {
  reached = reachable;
  reachListeners.forEach((listener) => listener(reachable));
}

export function setRequestLanguage(lang: string): void {
  language = lang;
}

function cookie(name: string): string {
  const found = document.cookie.split('; ').find((part) => part.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : '';
}

function headersFor(method: string, options: Options): HeadersInit {
  const headers: Record<string, string> = { 'Accept-Language': language };
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  if (method !== 'GET') headers['X-CSRFToken'] = cookie('csrftoken');
  if (person) headers['X-Stands-For'] = encodeURIComponent(person);
  return headers;
}

async function failure(response: Response): Promise<ApiError> {
  const requestId = response.headers.get('X-Request-Id') ?? '';
  const body: AnyErrorBody = await response.json().catch(() => ({}));
  return new ApiError(response.status, body, requestId);
}

async function send(method: string, url: string, options: Options = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers: headersFor(method, options),
      body: options.form ? formOf(options.form) : options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal,
      credentials: 'same-origin',
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    tellReach(false);
    throw new ApiError(0, { code: 'offline' }, '');
  }
  if (response.ok) {
    tellReach(true);
    return response;
  }
  const error = await failure(response);
  // Who met another in the database was answered: asking again helps, and nothing is away.
  tellReach(!error.unreachable || error.code === 'contended');
  if (error.signedOut && !options.quiet) listeners.forEach((listener) => listener());
  if (error.otherPerson) otherListeners.forEach((listener) => listener());
  throw error;
}

function formOf(fields: FormFields): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value) form.append(name, value === true ? 'true' : value);
  return form;
}

type QueryValue = string | number | boolean | null | undefined;

/** `?a=1&b=2` without the empty ones. */
function query(values: Record<string, QueryValue>): string {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== '');
  if (entries.length === 0) return '';
  return `?${new URLSearchParams(entries.map(([key, value]) => [key, String(value)])).toString()}`;
}

type Sent = Options & { path?: Record<string, string>; query?: Record<string, QueryValue> };

/** The address of a route with its places filled in. */
export function addressOf(path: string, given: Pick<Sent, 'path' | 'query'>): string {
  const filled = path.replace(/\{(\w+)\}/g, (_place, name: string) => encodeURIComponent(given.path?.[name] ?? ''));
  return BASE + filled + query(given.query ?? {});
}

const caller =
  <M extends Method>(method: M): Call<M> =>
  async (path: string, sent: Sent = {}) => {
    const response = await send(method.toUpperCase(), addressOf(path, sent), sent);
    return response.status === 204 ? undefined : response.json();
  };

/** The routes of the server by method and address; what they take and answer stands in the contract. */
export const api = { get: caller('get'), post: caller('post'), patch: caller('patch'), delete: caller('delete') };

/** Sign-in: served by allauth outside `/api/v1`, with its own answers. */
export const auth = {
  login: (username: string, password: string) =>
    send('POST', '/_allauth/browser/v1/auth/login', { body: { username, password }, quiet: true }),
  logout: async () => {
    // allauth answers 401 after a successful sign-out: the new state of the session.
    await send('DELETE', '/_allauth/browser/v1/auth/session', { quiet: true }).catch(tolerate(401));
    tellWindows(null);
  },
};

function tolerate(status: number) {
  return (error: unknown) => {
    if (!(error instanceof ApiError) || error.status !== status) throw error;
  };
}

type Save<M extends Method> = <P extends PathOf<M>>(
  fallbackName: string,
  path: P,
  ...given: Given<M, P>
) => Promise<void>;

const saver =
  <M extends Method>(method: M): Save<M> =>
  async (fallbackName: string, path: string, sent: Sent = {}) => {
    const response = await send(method.toUpperCase(), addressOf(path, sent), sent);
    const disposition = response.headers.get('Content-Disposition') ?? '';
    const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1];
    const plain = /filename="?([^";]+)"?/i.exec(disposition)?.[1];
    const link = document.createElement('a');
    link.href = URL.createObjectURL(await response.blob());
    link.download = encoded ? decodeURIComponent(encoded) : (plain ?? fallbackName);
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

/** Save the body of an answer as a file. */
export const download = { get: saver('get'), post: saver('post') };
