import { ChartNoAxesCombined, Contact, Inbox, Ticket } from 'lucide-react';

/** Where the work is done, whatever the space. */
export const WORK = [
  { to: '/inbox', label: 'Inbox', icon: Inbox },
  { to: '/tickets', label: 'Tickets', icon: Ticket },
  { to: '/contacts', label: 'Contacts', icon: Contact },
  { to: '/overview', label: 'Overview', icon: ChartNoAxesCombined },
] as const;
