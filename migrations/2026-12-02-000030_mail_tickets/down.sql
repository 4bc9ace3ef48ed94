DROP INDEX tickets_by_mail;
DROP TABLE mail_threads;
