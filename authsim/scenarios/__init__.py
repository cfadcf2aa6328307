"""Runs as files: users, phones, faults, steps and the story that must come of them; played, recorded, compared.

A file is read strictly (`reading`), held against the schema (`schema`, `checking`), and becomes a `Scenario` of acts
and steps. `hands` play it on portals with a lab (`portals`), each in a world of its own (`world`), step by step
(`playing`). `tour/` holds the scenarios of `authsim tour`.

A step is a verb. To add one:

1. Write a function in the module of `verbs/` that fits: `def do_it(world: World, given: Given) -> Seen`. `given` has
   the members of the step with every `$name` filled in, and `as` when the step is kept. Find browsers with
   `world.sitting(name)`, phones with `world.phone(name)`, users with `world.made(name)`, the lab at `world.lab`. Show
   what came of it: `see_page(page)` for a page, `Seen(value=..., facts=...)` else. What refuses is shown in
   `Seen.refusal`, so that `expect` can ask for it; what cannot be done at all is raised as `ActError`.
2. Add a `Verb` to the `VERBS` of that module: its name, one sentence, its members as JSON Schema, which of them have to
   be there, and which of them a bare value stands for (`main`).
3. Write the schema anew: `authsim scenario schema > docs/testing/scenario.schema.json`. A test compares the two.

What is looked at stays out of verbs: `expect` (`expecting`) and `story` look.
"""
