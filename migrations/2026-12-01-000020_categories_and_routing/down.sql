ALTER TABLE tickets DROP CONSTRAINT tickets_category;
DROP TABLE routing_rules;
DROP TABLE ticket_category_examples;
DROP TABLE ticket_categories;
DROP TABLE ticket_classifiers;
