import { PlaceMenu } from '../../app/PlaceMenu';
import type { Clerk } from './clerk';
import { OWN } from './OrganisationList';

/** The person's organisations in the menu, each a workspace of its own, and the one without. */
export function Organisations({ clerk }: { clerk: Clerk }) {
  const places = [...clerk.organisations(), { id: '', name: OWN }];
  return <PlaceMenu label="Organisation" here={clerk.organisation() ?? ''} places={places} go={(id) => clerk.actFor(id || null)} />;
}
