"""The doors of cases at `/api/v1/`. Each fetches what is in reach, calls one verb and shapes what came of it."""
