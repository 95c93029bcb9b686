"""Writing leads to the business's CRM: HubSpot and Pipedrive (docs/crm.md)."""
