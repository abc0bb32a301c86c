export const x = new Date(5).toISOString();
