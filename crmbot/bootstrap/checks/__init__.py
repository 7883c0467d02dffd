"""What `crmbot doctor` looks at: one module for each thing that crmbot stands on."""
