"""The portal's shell: Flask, cookies, pages and the device API around the core's ceremonies. It judges nothing."""
