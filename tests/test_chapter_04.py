"""What chapter 04 takes from papers is what the models of the library hold."""

import pytest

from dlbook import models
from dlbook.summary import blank, summary


@pytest.mark.parametrize(("name", "layers"), [("vgg16", 16), ("resnet50", 50)])
def test_famous_networks_have_as_many_layers_with_weights_as_their_name_says(name, layers):
    rows = summary(getattr(models, name)(rng=blank()), (3, 224, 224)).rows
    weighed = [row for row in rows if row.layer in ("Conv2d", "Linear")]
    shortcuts = [row for row in weighed if "downsample" in row.name]  # the name counts none
    assert len(weighed) - len(shortcuts) == layers
