/** A mailbox in a process of its own, so that a test can kill it. */
import { startMailbox } from '../../src/dev/mailbox/mailbox.ts';

const [, , folder] = process.argv;
const mailbox = await startMailbox(folder === undefined ? {} : { folder });
process.send?.(mailbox.url);
