/** What each route takes and answers, from the contract: a wrong address, parameter, body or answer does not compile. */
import type { paths } from './generated/schema';

export const BASE = '/api/v1';

export type Method = 'get' | 'post' | 'patch' | 'delete';

type Routes = { [Full in keyof paths as Full extends `${typeof BASE}${infer Path}` ? Path : never]: paths[Full] };
type Operation = { parameters: object; responses: object };

/** The addresses that have a method, below the one prefix and with their places in braces. */
export type PathOf<M extends Method> = {
  [P in keyof Routes]: Routes[P] extends Record<M, Operation> ? P : never;
}[keyof Routes];

type OperationOf<M extends Method, P> = P extends keyof Routes
  ? Routes[P] extends Record<M, infer Found extends Operation>
    ? Found
    : never
  : never;

type Parts<Parameters> = Pick<Parameters, Extract<keyof Parameters, 'path' | 'query'>>;

/** A file stands in the contract as a text of bytes. */
type Form<Fields> = { [Name in keyof Fields]: Fields[Name] | Blob };

type Content<Body> = Body extends { content: { 'application/json': infer Json } }
  ? { body: Json }
  : Body extends { content: { 'multipart/form-data': infer Fields } }
    ? { form: Form<Fields> }
    : { body?: never };

type OptionalBody<Body> = [Body] extends [never] ? { body?: never } : Partial<Content<Body>>;
type BodyOf<Op> = Op extends { requestBody: infer Body }
  ? Content<Body>
  : Op extends { requestBody?: infer Body }
    ? OptionalBody<NonNullable<Body>>
    : never;

/** What goes with a request to a route. */
export type Input<M extends Method, P> = Parts<OperationOf<M, P>['parameters']> &
  BodyOf<OperationOf<M, P>> & { signal?: AbortSignal };

/** The input as an argument, which may be left out where nothing of it is required. */
export type Given<M extends Method, P> =
  Record<never, never> extends Input<M, P> ? [input?: Input<M, P>] : [input: Input<M, P>];

type Success = 200 | 201 | 202 | 204;
type Json<Response> = Response extends { content: { 'application/json': infer Body } } ? Body : undefined;

/** What a route answers when it succeeds; nothing, where it answers 204. */
export type Answer<M extends Method, P> = {
  [Status in Extract<keyof OperationOf<M, P>['responses'], Success>]: Json<OperationOf<M, P>['responses'][Status]>;
}[Extract<keyof OperationOf<M, P>['responses'], Success>];

/** Ask one route of a method. */
export type Call<M extends Method> = <P extends PathOf<M>>(path: P, ...given: Given<M, P>) => Promise<Answer<M, P>>;
