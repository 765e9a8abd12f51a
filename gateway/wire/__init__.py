"""The rim's sockets: accepting stations, dialling CSMSs, carrying frames."""
