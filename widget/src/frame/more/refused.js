/** What to do when there is no session to be had. */

/**
 * @param {import('../api.js').Refusal} error  gets the code that the link ends with
 * @param {{ denied: string }} chat  is told why for good
 * @param {import('../storage.js').Store} store
 * @param {any} details  what was said of the visitor
 * @param {any} identity  what was sent of that
 * @param {(name: string, data: any) => void} emit
 */
export function refused(error, chat, store, details, identity, emit) {
  const { status, code, detail } = error;
  emit('error', { code, detail });
  // What was said of the visitor is not taken; they may chat without.
  if (code === 'identity_invalid' || status === 400) {
    // Another may have come meanwhile.
    if (details.identity === identity) details.identity = null;
    if (status === 400) details.attributes = null;
  }
  // A token too old to renew must not lock the visitor out; once more without.
  else if (status === 401) store.set('token');
  // No such space, not for this site, not for who is not logged in: trying again will not change it.
  else {
    chat.denied = code === 'identity_required' ? 'login' : 'refused';
    error.close = 4003;
  }
}
