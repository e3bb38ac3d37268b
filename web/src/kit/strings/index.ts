import type { audiences } from './audiences';
import { blocks } from './blocks';
import type { campaigns } from './campaigns';
import { common } from './common';
import type { jobs } from './jobs';
import type { loads } from './loads';
import type { recordForms } from './recordForms';
import { records } from './records';
import { runs } from './runs';
import { shell } from './shell';
import { table } from './table';
import type { users } from './users';
import type { work } from './work';

/** A text in Chinese and in English. */
type Pair = readonly [string, string];

const shared = { ...common, ...shell, ...blocks, ...records, ...runs, ...table } as const;
export type Key =
  | keyof typeof shared
  | keyof typeof audiences
  | keyof typeof campaigns
  | keyof typeof jobs
  | keyof typeof loads
  | keyof typeof recordForms
  | keyof typeof users
  | keyof typeof work;

const known: Record<string, Pair | undefined> = { ...shared };

/** Add the texts of a room: they come with its code, so that the first page does not wait for them. */
export function addStrings(texts: Record<string, Pair>): void {
  Object.assign(known, texts);
}

/** Return a text of ours in both languages; undefined where there is none, or where its room was not opened yet. */
export const textOf = (key: string): Pair | undefined => known[key];
