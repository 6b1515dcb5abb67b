"""What a learner did: enrolments, modules, hours, plans and reminders."""
