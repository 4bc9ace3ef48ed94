DROP TABLE paid_plans;
