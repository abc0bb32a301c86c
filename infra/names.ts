/** Names that templates and the code of functions agree on. */

/** Environment variables with this prefix hold the ARN of the secret that the rest of the name is read from. */
export const FROM_SECRET = 'FROM_SECRET_';

/** The database user of functions: reads and writes rows, changes no table. */
export const FUNCTION_USER = 'volley_app';
