import { addStrings } from '.';
import { audiences } from './audiences';
import { campaigns } from './campaigns';
import { jobs } from './jobs';
import { loads } from './loads';
import { recordForms } from './recordForms';
import { users } from './users';
import { work } from './work';

/** The texts of every room by its name, at once: for tests, which open parts of rooms alone. */
export const ofRooms = { audiences, campaigns, jobs, loads, records: recordForms, users, work };
Object.values(ofRooms).forEach(addStrings);
