/** Goes to another site. */
export const leave = (url: string) => window.location.assign(url);
