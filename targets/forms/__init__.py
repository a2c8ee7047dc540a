"""What people type, checked before any action sees it. Messages say what to do."""
