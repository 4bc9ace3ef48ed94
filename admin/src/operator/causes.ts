/** Why the books differ from what they are compared with, in words; another version of the server may know more causes. */
const CAUSES: Record<string, string> = {
  upstream_unread: 'The report of an upstream could not be read',
  upstream_more: 'Models of which the upstream billed more than is booked',
  upstream_less: 'Models of which the upstream billed less than is booked',
  never_settled: 'Reservations that expired and were never settled',
  not_recorded: 'Settled calls that are not in the ledger',
  not_as_settled: 'Calls recorded otherwise than they were settled',
  without_roll_up: 'Calls that are in no roll-up',
  roll_up_differs: 'Roll-ups that are not what their calls add up to',
  unpriced: 'Calls without a price',
  price_of_another_day: 'Calls with the price of another day',
  cost_differs: 'Calls whose cost is not what their price makes of their tokens',
  invoice_of_another_price: 'Invoices that are not of their plan’s price',
  invoice_of_no_plan: 'Invoices of no plan of this server',
  invoice_missing: 'Active subscriptions without an invoice for over a month',
  booked_on_another_day: 'Calls sent on this day and billed on another',
  estimated: 'Calls whose tokens are estimates',
};

export const causeInWords = (cause: string) => CAUSES[cause] ?? cause;
