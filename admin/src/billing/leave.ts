/** Goes to another site, or to another page of this one. */
export const leave = (url: string) => window.location.assign(url);
