"""What can be done in the portal: a module per room, a function per act. `routes` says at which address."""
