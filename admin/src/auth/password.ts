/** What the server takes, in words. */
export const PASSWORD_HINT = 'At least 10 characters. A few words that have nothing to do with each other are best.';
