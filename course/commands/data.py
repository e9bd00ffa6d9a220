"""`course data`: the images, fetched once."""

from typing import Annotated

import typer


def data(
    limit: Annotated[
        int | None, typer.Option(help="Load a balanced part of this many images.")
    ] = None,
) -> None:
    """Fetch the images once, and say where they came from.

    Examples:

      course data

      FASHION_MNIST_DIR=~/fashion-mnist course data
    """
    from course.data import data_source, load_data

    (train_images, _), (test_images, _) = load_data(limit)
    typer.echo(f"source: {data_source()}")
    typer.echo(f"training images {train_images.shape}, test images {test_images.shape}")
