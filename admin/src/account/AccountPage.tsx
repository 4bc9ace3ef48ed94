import { useTitle } from '../app/title';
import { useSessionState } from '../auth/session';
import { EmailForm, NameForm, PasswordForm } from './ProfileForms';
import { SecondFactor } from './SecondFactor';
import { Sessions } from './Sessions';

/** One's own account. */
export function AccountPage() {
  useTitle('Your account');
  const state = useSessionState();
  if (state.phase !== 'in') return null;
  return (
    <div className="min-h-0 flex-1 overflow-y-auto bg-panel">
      <div className="mx-auto max-w-4xl px-5 py-8 sm:px-8">
        <h1 className="mb-2 text-xl font-semibold tracking-tight">Your account</h1>
        <NameForm user={state.user} />
        <EmailForm user={state.user} />
        <PasswordForm />
        <SecondFactor />
        <Sessions />
      </div>
    </div>
  );
}
