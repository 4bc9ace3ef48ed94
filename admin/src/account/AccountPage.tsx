import { useMay } from '../app/permission';
import { useTitle } from '../app/title';
import { KeptElsewhere } from '../auth/provider/lazy';
import { useSession, useSessionState } from '../auth/session';
import { Page } from '../ui/Page';
import { Calls } from './Calls';
import { EmailForm, NameForm, PasswordForm } from './ProfileForms';
import { SecondFactor } from './SecondFactor';
import { Sending } from './Sending';
import { Sessions } from './Sessions';
import { WaitingMail } from './WaitingMail';

/** One's own account. */
export function AccountPage() {
  useTitle('Your account');
  const { provider } = useSession();
  const [state, answers] = [useSessionState(), useMay('conversations:write')];
  if (state.phase !== 'in') return null;
  return (
    <Page title="Your account">
      {provider ? (
        <>
          <KeptElsewhere user={state.user} provider={provider} />
          <Calls />
          {answers && <WaitingMail />}
          <Sending />
        </>
      ) : (
        <>
          <NameForm user={state.user} />
          <EmailForm user={state.user} />
          <PasswordForm />
          <Calls />
          {answers && <WaitingMail />}
          <Sending />
          <SecondFactor />
          <Sessions />
        </>
      )}
    </Page>
  );
}
