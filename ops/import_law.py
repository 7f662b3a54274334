"""The part of the import law that import-linter's own contracts cannot say."""

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class OwnDoors(Contract):
    """An app's doors, forms and shapes are its own: no other app imports them, however low in the order it lies.

    A door of a higher app calls a lower app's domain and reads its queries. If it called the lower app's view or filled
    its form, a rule would soon sit in that view or form. The project (`recovery`) may import `urls`, to mount them, and its
    commands those of an app, to call them.
    """

    apps = fields.ListField(subfield=fields.StringField())
    private = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        illegal = []
        for app in self.apps:
            for name in self.private:
                door = f"{app}.{name}"
                if door not in graph.modules:
                    continue
                for imported in {door} | graph.find_descendants(door):
                    for importer in graph.find_modules_that_directly_import(imported):
                        mounts = name == "urls" and importer.startswith("recovery.")
                        commands = name == "management" and importer.startswith("recovery.management.")
                        if importer.split(".")[0] != app and not mounts and not commands:
                            illegal.append(f"{importer} -> {imported}")
        return ContractCheck(kept=not illegal, metadata={"illegal": sorted(illegal)})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for link in check.metadata["illegal"]:
            output.print_error(f"- {link}", bold=False)
        output.new_line()
