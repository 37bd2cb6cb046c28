"""A code generator as a facility writes one, on servicex-code-gen-lib."""
import os
import shutil

from servicex_codegen import create_app
from servicex_codegen.code_generator import (
    CodeGenerator,
    GenerateCodeException,
    GeneratedFileResult,
)


class RealGenerator(CodeGenerator):
    def generate_code(self, query, cache_path):
        if "EventDataset" not in query:
            raise GenerateCodeException("Unable to parse query: no EventDataset")
        folder = os.path.join(cache_path, "code")
        os.makedirs(folder)
        with open(os.path.join(folder, "generated_transformer.py"), "w") as code:
            code.write(query)
        shutil.copy("transformer_capabilities.json", folder)
        return GeneratedFileResult("hash", folder)


def make():
    return create_app(provided_translator=RealGenerator())
