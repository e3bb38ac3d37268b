import { audiences } from './audiences';
import { blocks } from './blocks';
import { campaigns } from './campaigns';
import { common } from './common';
import { jobs } from './jobs';
import { records } from './records';
import { rooms } from './rooms';
import { shell } from './shell';
import { table } from './table';
import { users } from './users';

export const strings = {
  ...common,
  ...shell,
  ...blocks,
  ...records,
  ...audiences,
  ...campaigns,
  ...rooms,
  ...jobs,
  ...table,
  ...users,
} as const;
export type Key = keyof typeof strings;
