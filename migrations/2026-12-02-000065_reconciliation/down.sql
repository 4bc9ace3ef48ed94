DROP TABLE reconciliations;
DROP TABLE invoices;
